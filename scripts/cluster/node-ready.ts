/** True when the JSON of a Node says Ready=True in a heartbeat not older than `since`: one of an earlier run does not count. Pure. */
export function isNodeReady(json: string, since: Date): boolean {
  const node: unknown = JSON.parse(json);
  const conditions = member(member(node, 'status'), 'conditions');
  if (!Array.isArray(conditions)) return false;
  const ready: unknown = conditions.find(
    (entry) => member(entry, 'type') === 'Ready' && member(entry, 'status') === 'True',
  );
  // Heartbeats are whole seconds.
  return Date.parse(String(member(ready, 'lastHeartbeatTime'))) >= Math.floor(since.getTime() / 1000) * 1000;
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}
