// One origin for the page and the API, as a reverse proxy makes it in production.
const backend = process.env.BACKEND ?? 'http://127.0.0.1:4780';

export default {
  // For `next dev`, which serves its own scripts to known addresses alone.
  allowedDevOrigins: ['127.0.0.1'],
  rewrites: async () => ['api', 'demo'].map((path) => ({ source: `/${path}/:rest*`, destination: `${backend}/${path}/:rest*` })),
};
