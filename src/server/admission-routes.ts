import { errorMeanings } from '../kernel/errors.ts';
import {
  type AdmissionPorts,
  dependenciesHandler,
  namespaceHandler,
  podHandler,
  type ReviewHandler,
} from '../webhook/handler.ts';
import { httpError, type Route } from './route.ts';

/** A pod is at most 1.5 MiB in etcd; a review holds it twice at most. */
const maxReviewBytes = 4 * 1024 * 1024;

/** The path that the registrations name for each webhook, by the webhook's name; for pods as in Keptn. */
export const webhookPaths = {
  'pods.sluice.keptn.sh': '/mutate-v1-pod',
  'namespaces.sluice.keptn.sh': '/mutate-v1-namespace',
  'dependencies.sluice.keptn.sh': '/validate-dependencies',
} as const;

function reviewRoute(path: string, handle: ReviewHandler): Route {
  return {
    method: 'POST',
    path,
    json: { maxBytes: maxReviewBytes },
    handle: async ({ body }) => {
      const answer = await handle(body);
      if (answer.ok) return { status: 200, body: answer.value };
      return httpError(errorMeanings[answer.error.tag].httpStatus, answer.error.message);
    },
  };
}

/** The routes of the admission listener. Pure but for what the ports do. */
export function admissionRoutes(ports: AdmissionPorts): Route[] {
  return [
    reviewRoute(webhookPaths['pods.sluice.keptn.sh'], podHandler(ports)),
    reviewRoute(webhookPaths['namespaces.sluice.keptn.sh'], namespaceHandler(ports.reportBug)),
    reviewRoute(webhookPaths['dependencies.sluice.keptn.sh'], dependenciesHandler(ports)),
  ];
}
