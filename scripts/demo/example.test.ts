import { expect, test } from 'vitest';
import { prepare, withAddresses } from './example.ts';

const rendered = `kind: Namespace
metadata:
  name: sluice-demo
---
kind: Deployment
metadata:
  name: shop
spec:
  template:
    metadata:
      annotations:
        keptn.sh/version: 1.0.0
        keptn.sh/workload: shop
---
kind: Deployment
metadata:
  name: stock
`;

test('the shop is taken out and gets its version', () => {
  const example = prepare(rendered, '1.0.7');
  expect(example.shop).toContain('keptn.sh/version: 1.0.7');
  expect(example.shop).not.toContain('stock');
  expect(example.surroundings).toContain('kind: Namespace');
  expect(example.services).toContain('kind: Namespace');
  expect(example.services).not.toContain('name: stock');
  expect(example.surroundings).toContain('name: stock');
  expect(example.surroundings).not.toContain('keptn.sh');
});

test('names of Services become addresses, of either family', () => {
  const yaml = 'url: http://stock.sluice-demo.svc/items\nto: "shop.sluice-demo.svc:80"\n';
  expect(withAddresses(yaml, { stock: '10.0.0.1', shop: 'fd00::1' })).toBe(
    'url: http://10.0.0.1/items\nto: "[fd00::1]:80"\n',
  );
});
