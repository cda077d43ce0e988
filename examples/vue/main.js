import { createApp } from 'vue';
import { createSessionKeepAlive } from 'session-keepalive/vue';
import App from './App.vue';

createApp(App).use(createSessionKeepAlive({ login: false })).mount('#app');
