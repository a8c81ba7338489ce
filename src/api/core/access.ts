import { z } from '../schema.ts';

/** Who a caller is. Source: authentication/v1 UserInfo. */
export const userInfoSchema = z.object({
  username: z.string().default(''),
  uid: z.string().optional(),
  groups: z.array(z.string()).nullable().default([]),
  extra: z.record(z.string(), z.array(z.string())).nullable().default({}),
});

/** authentication/v1 TokenReview, as it is answered. */
export const tokenReviewSchema = z.object({
  status: z.object({
    authenticated: z.boolean().default(false),
    user: userInfoSchema.optional(),
  }),
});

/** authorization/v1 SubjectAccessReview, as it is answered. */
export const subjectAccessReviewSchema = z.object({
  status: z.object({
    allowed: z.boolean().default(false),
    denied: z.boolean().default(false),
    reason: z.string().optional(),
  }),
});

const namesSchema = z.string().transform((text, context) => {
  const names = z.array(z.string()).safeParse(parsed(text));
  if (names.success) return names.data;
  context.addIssue('is not a JSON list of texts');
  return z.NEVER;
});

/** Data of ConfigMap kube-system/extension-apiserver-authentication: lists are JSON inside text. */
export const extensionAuthenticationSchema = z.object({
  'requestheader-client-ca-file': z.string().optional(),
  'requestheader-allowed-names': namesSchema.default([]),
  'requestheader-username-headers': namesSchema.default([]),
  'requestheader-uid-headers': namesSchema.default([]),
  'requestheader-group-headers': namesSchema.default([]),
  'requestheader-extra-headers-prefix': namesSchema.default([]),
});

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
