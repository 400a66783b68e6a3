// English, the source of the catalogue's keys. A section for each area, in a file of its own.
import { app } from './en_app';
import { pages } from './en_pages';
import { rum } from './en_rum';
import { rumErrors, sourceMaps } from './en_rum_errors';
import { sessions } from './en_sessions';
import { trace } from './en_trace';

export const en = { app, ...pages, trace, rum, rumErrors, sourceMaps, sessions };
