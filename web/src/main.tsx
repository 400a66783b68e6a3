// The way in: theme, language, address, keys, then the frame.
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { startAddress } from './app/address';
import { Frame } from './app/frame';
import { startKeys } from './app/keys';
import { languagePreference, zonePreference } from './app/preferences';
import { reloadStore, startRefresh } from './app/range';
import { loadColours } from './app/service_colours';
import { useStore } from './app/store';
import { startTheme } from './app/theme';
import { languageStore, loadLanguage, wantedLanguage } from './i18n/catalogue';
import './style/tokens.css';
import './style/elements.css';
import './style/frame.css';
import './style/data.css';

function App() {
  const language = useStore(languageStore);
  const zone = useStore(zonePreference);
  const [, setRenders] = useState(0);
  useEffect(() => languagePreference.listen(() => void loadLanguage(wantedLanguage()).then(() => setRenders((n) => n + 1))), []);
  // Another language or zone changes words everywhere: everything renders anew.
  return <Frame key={`${language} ${zone}`} />;
}

const root = document.getElementById('app');
if (root) {
  startTheme();
  startAddress();
  startKeys();
  startRefresh();
  // Until they are known, names give the colours; a page does not wait.
  const colours = () => void loadColours().catch(() => undefined);
  colours();
  reloadStore.listen(colours);
  void loadLanguage(wantedLanguage()).then(() => render(<App />, root));
}
