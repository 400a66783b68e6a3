// The keys of this page, from the registry: nothing here can be out of date.
import { useEffect, useRef } from 'preact/hooks';

import { t } from '../i18n/catalogue';
import { Icon } from '../widget/icon';
import { listedKeys } from './keys';

function Keys({ text }: { text: string }) {
  const parts = text.split(' ');
  return (
    <>
      {parts.map((part, index) => (
        <span key={index}>
          {index > 0 && <span class="caption"> {t.app.help_then} </span>}
          <kbd>{part}</kbd>
        </span>
      ))}
    </>
  );
}

export function KeyHelp({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="help-title" onClose={onClose} onClick={(event) => {
      if (event.target === dialog.current) dialog.current?.close();
    }}>
      <header>
        <h2 id="help-title">{t.app.help}</h2>
        <button type="button" class="button quiet icon-only" aria-label={t.app.close} onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      <div class="body key-columns">
        {listedKeys().map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.bindings.filter((binding) => binding.label).map((binding) => [
                <dt key={`${binding.label}-key`}>
                  {binding.keys.map((key) => (
                    <Keys key={key} text={key} />
                  ))}
                </dt>,
                <dd key={binding.label}>{binding.label}</dd>,
              ])}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  );
}
