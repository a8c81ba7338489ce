/** What went wrong with a cluster, for the person at the terminal: the object, the cause and the remedy. */
export class ClusterFault extends Error {
  readonly object: string;
  readonly remedy: string;

  constructor(object: string, cause: string, remedy: string) {
    super(`${object}: ${cause}\n  ${remedy}`);
    this.name = 'ClusterFault';
    this.object = object;
    this.remedy = remedy;
  }
}
