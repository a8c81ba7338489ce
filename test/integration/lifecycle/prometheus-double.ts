import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** What the server does with a query: a value, silence, or an error of Prometheus with its status. */
export type PrometheusAnswer = string | 'hang' | { readonly status: number; readonly error: string };

/** A server of Prometheus' query API whose answers a test chooses. Source: prometheus.io, HTTP API. */
export class PrometheusDouble {
  answer: (query: string) => PrometheusAnswer = () => '1';
  /** The parameters of every request, in the order of their arrival. */
  readonly asked: URLSearchParams[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
  }

  /** Starts one on a free port, or on that of an earlier one. */
  static async start(port = 0): Promise<PrometheusDouble> {
    const one = new PrometheusDouble();
    await new Promise<void>((resolve) => {
      one.#server.listen(port, '127.0.0.1', resolve);
    });
    return one;
  }

  /** Its address. */
  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** The queries that were asked. */
  get queries(): string[] {
    return this.asked.map((parameters) => parameters.get('query') ?? '');
  }

  /** Ends it and every connection. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const parameters = new URLSearchParams(body);
    this.asked.push(parameters);
    const answer = this.answer(parameters.get('query') ?? '');
    if (answer === 'hang') return;
    const [status, json] =
      typeof answer === 'string'
        ? [200, { status: 'success', data: data(parameters, answer) }]
        : [answer.status, { status: 'error', errorType: 'bad_data', error: answer.error }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  }
}

function data(parameters: URLSearchParams, value: string): object {
  const at = Number(parameters.get('time') ?? parameters.get('end'));
  const metric = {};
  return parameters.has('step')
    ? { resultType: 'matrix', result: [{ metric, values: [[at, value]] }] }
    : { resultType: 'vector', result: [{ metric, value: [at, value] }] };
}
