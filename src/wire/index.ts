/** ICWS shapes: generated types and enum constants, and the fixed words of the protocol. No function, no I/O. */
export * from './generated.js';
export * from './words.js';
