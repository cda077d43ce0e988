import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

// One origin for the page and the API, as a reverse proxy makes it in production. The browser's Host goes on to the backend.
const backend = process.env.BACKEND ?? 'http://127.0.0.1:4780';

export default defineConfig({
  plugins: [vue()],
  server: { host: '127.0.0.1', port: 5173, strictPort: true, proxy: { '/api/': backend, '/demo/': backend } },
});
