/** Longest name of an object. */
const longest = 253;

/**
 * The name of the template of an indicator: lower case, everything but letters and digits as single dashes. Empty where the
 * indicator has neither. Pure. Source: Keptn's converter.
 */
export function templateName(indicator: string): string {
  const dashed = indicator
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '');
  return dashed.slice(0, longest).replace(/-$/, '');
}

/** Says which indicators would have one template name; for people. Pure. */
export function nameCollisions(indicators: readonly string[]): readonly string[] {
  const byName = Map.groupBy(new Set(indicators), templateName);
  return [...byName].flatMap(([name, [first, ...others]]) => {
    if (first === undefined || others.length === 0) return [];
    const all = [first, ...others].map((indicator) => `"${indicator}"`).join(', ');
    return [
      `the indicators ${all} all become the template "${name}"; rename all but one in slo.yaml and sli.yaml`,
    ];
  });
}
