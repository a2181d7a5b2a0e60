/** A stream of numbers in [0, 1). */
export type Draw = () => number;

/** Named random streams of one seed: `random('backoff/bot007')`. Drawing from one never shifts another. */
export type Random = (stream: string) => Draw;

/**
 * Random streams derived from `seed` and the stream's name. The same pair always gives the same numbers. A stream is
 * seeded at its first draw: of many, such as that of a fixed length of time, nobody ever draws.
 */
export function seededRandom(seed: number): Random {
  return (stream) => {
    let draw: Draw | undefined;
    return () => {
      draw ??= sfc32(`${seed}/${stream}`);
      return draw();
    };
  };
}

/** Chris Doty-Humphrey's sfc32 (PractRand), seeded by a 128-bit hash of the name. */
function sfc32(name: string): Draw {
  let [a, b, c, d] = hash128(name);
  const draw = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 4_294_967_296;
  };
  for (let i = 0; i < 12; i++) draw();
  return draw;
}

/** Four FNV-1a hashes with different offsets, each finished by a 32-bit avalanche (murmur3). */
function hash128(text: string): [number, number, number, number] {
  const lane = (offset: number): number => {
    let h = offset;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16_777_619);
    h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
    return h ^ (h >>> 16);
  };
  return [lane(0x811c_9dc5), lane(0x9e37_79b9), lane(0x7f4a_7c15), lane(0x2545_f491)];
}
