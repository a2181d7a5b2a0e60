/** Those who wait for the next of something. */
export class Waiting {
  private resolvers: ((came: boolean) => void)[] = [];

  /** Resolves when the next one came, or with false when none will. */
  join(): Promise<boolean> {
    return new Promise((resolve) => this.resolvers.push(resolve));
  }

  /** Takes over all who wait by now: returns what tells them. Only the first word counts. */
  take(): (came: boolean) => void {
    const { resolvers } = this;
    this.resolvers = [];
    return (came) => {
      for (const resolve of resolvers.splice(0)) resolve(came);
    };
  }

  /** Tells all who wait by now. */
  release(came: boolean): void {
    if (this.resolvers.length > 0) this.take()(came);
  }
}
