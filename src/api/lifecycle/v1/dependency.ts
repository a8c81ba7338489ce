import { text, z } from '../../schema.ts';

const number = '(0|[1-9][0-9]{0,15}|[xX*])';
const partial = `v?${number}([.]${number}([.]${number}(-[0-9A-Za-z.-]+)?([+][0-9A-Za-z.-]+)?)?)?`;
// Blanks belong to the operator, so that there is one way to read them: V8 tries all ways before it says no.
const comparator = `((<|>|<=|>=|=|~|~>|\\^) *)?${partial}`;
const alternative = ` *(${partial} +- +${partial}|${comparator}( +${comparator})*) *`;

/** The longest range that is admitted. */
export const maxRangeLength = 256;

/** What a range looks like between two `||`, in the dialect that CEL (RE2) and JavaScript share. */
export const alternativePattern = `^${alternative}$`;
// One match rather than one for each alternative: the API server reckons the cost of a rule beforehand.
const rangeRule = `self.matches(${JSON.stringify(`^${alternative}([|][|]${alternative})*$`)})`;

const rangeMessage =
  'version is not a range of versions; write for example ">=1.2 <3", "^1.2.3", "~1.2" or "1.x || 2.x"';

const app = z.string().min(1).max(253).describe('Name of the KeptnApp that must be released.');
const namespace = z.string().min(1).max(63).describe('Namespace of that KeptnApp; the own one when absent.');
const version =
  'Range of versions that will do, in the notation of npm, such as ">=1.2 <3"; any when absent.';

/** An app that must be released before this one begins. Stored ranges are read whatever they say. */
export const dependencySchema = z.object({
  app,
  namespace: namespace.optional(),
  version: text(version).optional(),
});
export type Dependency = z.infer<typeof dependencySchema>;

/** As a user writes it: the API server refuses a range that cannot be read. What it stored before stays readable. */
const writtenDependencySchema = dependencySchema.extend({
  version: z
    .string()
    .max(maxRangeLength)
    .meta({
      description: version,
      'x-kubernetes-validations': [{ rule: rangeRule, message: rangeMessage }],
    })
    .optional(),
});

const duplicate = {
  rule: "self.all(d, self.exists_one(e, e.app == d.app && (has(e.__namespace__) ? e.__namespace__ : '') == (has(d.__namespace__) ? d.__namespace__ : '')))",
  message: 'dependsOn names an app twice; write one range for both',
};

/** `spec.dependsOn` of the kinds that users write. */
export const dependsOnField = z
  .array(writtenDependencySchema)
  .max(32)
  .meta({
    description:
      'Apps that must be released, in their newest version, before a new version of this one begins. KeptnApp and KeptnAppContext count together.',
    'x-kubernetes-list-type': 'atomic',
    'x-kubernetes-validations': [duplicate],
  })
  .optional();

/** `spec.dependsOn` of a KeptnAppVersion. */
export const recordedDependsOnField = z
  .array(dependencySchema)
  .describe('Apps that must be released before this version begins, as they were named when it was seen.')
  .optional();
