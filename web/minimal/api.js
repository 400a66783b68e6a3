// The only place that asks the server.

export async function ask(path, parameters = {}, signal = undefined) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== "" && value !== null && value !== undefined));
  const response = await fetch(`/api/v1/${path}?${query}`, { signal, headers: { Accept: "application/json" } });
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  const error = body?.error ?? { message: `the server answered ${response.status}` };
  throw Object.assign(new Error(error.message), { code: error.code, parameter: error.parameter, status: response.status });
}

export const searchTraces = (parameters, signal) => ask("search", parameters, signal);
export const trace = (id, signal) => ask(`traces/${encodeURIComponent(id)}`, {}, signal);
export const services = (range, signal) => ask("services", range, signal);
export const operations = (service, range, signal) => ask("operations", { service, ...range }, signal);
export const status = () => ask("status");
