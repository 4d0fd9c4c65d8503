import { mount } from 'svelte';
import './styles/base.css';
import App from './App.svelte';
import { openHost } from './host';
import { app } from './state/app.svelte';
import { delivery } from './state/delivery.svelte';
import { programmeFrom } from './state/documents.svelte';
import { drops } from './state/drops.svelte';
import { router } from './state/router.svelte';
import { sound } from './state/sound.svelte';

router.start();
await app.start(openHost());
sound.start();
delivery.start();
drops.start((offers) => void programmeFrom(offers));

const target = document.getElementById('app');
if (target) mount(App, { target });
