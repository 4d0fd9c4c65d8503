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
sound.start();
delivery.start();
void app.start(openHost());
drops.start((offers) => void programmeFrom(offers));

// Before the core has answered: a slow disk must not look like a dead window.
const target = document.getElementById('app');
if (target) mount(App, { target });
