import { expect, test } from 'vitest';
import { hasOptInLabel, summarise } from './install.ts';

test('what apply did is counted by its last word', () => {
  expect(summarise('namespace/a serverside-applied\nservice/b serverside-applied\nx/y unchanged\n')).toBe(
    '2 serverside-applied, 1 unchanged',
  );
});

test('only the label counts as an answer of the webhook, not the annotation that asks for it', () => {
  const key = 'keptn.sh/lifecycle-toolkit';
  expect(hasOptInLabel(JSON.stringify({ metadata: { annotations: { [key]: 'enabled' } } }))).toBe(false);
  expect(hasOptInLabel(JSON.stringify({ metadata: { labels: { other: 'enabled' } } }))).toBe(false);
  expect(hasOptInLabel(JSON.stringify({ metadata: { labels: { [key]: 'enabled' } } }))).toBe(true);
});
