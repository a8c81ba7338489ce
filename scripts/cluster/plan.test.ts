import fc from 'fast-check';
import { expect, test } from 'vitest';
import { networkSlot, planCluster, planNetwork, portOfCheckout } from './plan.ts';

const request = fc.record({
  type: fc.constantFrom('control-plane' as const, 'kwok' as const, 'node' as const),
  name: fc.stringMatching(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/),
  port: fc.integer({ min: 1024, max: 65_535 }),
});

test('ports are valid and differ from each other', () => {
  fc.assert(
    fc.property(request, (wanted) => {
      const { apiPort, etcdPort } = planNetwork(wanted);
      expect(etcdPort).not.toBe(apiPort);
      expect(etcdPort).toBeGreaterThanOrEqual(1024);
      expect(etcdPort).toBeLessThanOrEqual(65_535);
    }),
  );
});

test('an interface name fits into the 15 characters that Linux gives', () => {
  fc.assert(
    fc.property(request, (wanted) => {
      expect(planNetwork(wanted).uplinkName.length).toBeLessThanOrEqual(15);
    }),
  );
});

test('ports that differ by 1 to 255 give node clusters different subnets', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1024, max: 65_000 }), fc.integer({ min: 1, max: 255 }), (port, apart) => {
      expect(networkSlot(port)).not.toBe(networkSlot(port + apart));
    }),
  );
});

test('a node cluster has addresses of its own', () => {
  const plan = planCluster({ type: 'node', name: 'sluice', port: 16_443 }, '/x/.cluster');
  expect(plan).toMatchObject({
    dir: '/x/.cluster/sluice',
    kubeconfig: '/x/.cluster/sluice/kubeconfig',
    server: 'https://10.243.59.2:16443',
    network: {
      podCidr: '10.244.59.0/24',
      serviceCidr: '10.96.59.0/24',
      firstServiceIp: '10.96.59.1',
      etcdPort: 26_443,
    },
  });
});

test('a control plane alone listens on the loopback', () => {
  expect(planCluster({ type: 'control-plane', name: 'a', port: 60_000 }, '/x').server).toBe(
    'https://127.0.0.1:60000',
  );
});

test('a checkout keeps its port, and another one has its own', () => {
  const port = portOfCheckout(17_000, '/home/a/sluice');
  expect(portOfCheckout(17_000, '/home/a/sluice')).toBe(port);
  expect(portOfCheckout(17_000, '/home/b/sluice')).not.toBe(port);
  expect(port).toBeGreaterThanOrEqual(17_000);
  expect(port).toBeLessThan(17_250);
});
