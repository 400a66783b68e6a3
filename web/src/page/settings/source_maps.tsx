// Source maps on the server: which there are, more from files of this machine, and the line for a build.
import { useRef, useState } from 'preact/hooks';

import { ApiError } from '../../api/client';
import { useQuestion } from '../../api/question';
import { askSourceMaps, deleteSourceMap, kSourceMapBytesMax, sourceMapsOf, uploadSourceMap, type SourceMap } from '../../api/rum_errors';
import { copyText, notify } from '../../app/notice';
import { formatInstant, formatInstantExactly, fromNanoseconds } from '../../format/instant';
import { formatBytes, kMissing } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { useApps } from '../../rum/app_choice';
import { uploadCommand } from '../../rum/group_facts';
import { DataTable, type Column } from '../../widget/data_table';
import { Icon } from '../../widget/icon';
import { Answered, errorSentence } from '../../widget/states';

function DeleteButton({ map, onDone }: { map: SourceMap; onDone: () => void }) {
  const words = t.sourceMaps;
  const [isSure, setSure] = useState(false);
  const remove = () => {
    if (!isSure) return setSure(true);
    deleteSourceMap(map.id).then(
      () => {
        notify(words.removed);
        onDone();
      },
      (error: unknown) => {
        setSure(false);
        notify(error instanceof ApiError ? errorSentence(error) : String(error));
      },
    );
  };
  return (
    <button type="button" class={isSure ? 'button small' : 'button small quiet icon-only'} aria-label={words.remove(map.file, map.version ?? '')} data-tip={isSure ? undefined : words.remove(map.file, map.version ?? '')}
      onClick={remove} onBlur={() => setSure(false)}>
      {isSure ? <span class="is-error">{words.sure}</span> : <Icon name="close" />}
    </button>
  );
}

function columnsOf(onDone: () => void): Column<SourceMap>[] {
  const words = t.sourceMaps;
  return [
    { id: 'file', title: words.file, fills: true, sortBy: (map) => map.file, cell: (map) => <span class="mono" translate={false} title={map.debug_id ?? map.file}>{map.file}</span> },
    { id: 'app', title: words.application, isMinor: true, sortBy: (map) => map.app ?? undefined, cell: (map) => <span translate={false}>{map.app || kMissing}</span> },
    { id: 'version', title: words.version, sortBy: (map) => map.version ?? undefined, cell: (map) => <span translate={false}>{map.version || kMissing}</span> },
    { id: 'size', title: words.size, align: 'right', isMinor: true, sortBy: (map) => map.bytes, cell: (map) => formatBytes(map.bytes) },
    {
      id: 'uploaded', title: words.uploaded, align: 'right', isMinor: true, sortBy: (map) => (map.uploaded_ns ? fromNanoseconds(map.uploaded_ns) : undefined),
      cell: (map) => (map.uploaded_ns ? <span data-tip={formatInstantExactly(fromNanoseconds(map.uploaded_ns))}>{formatInstant(fromNanoseconds(map.uploaded_ns), 'minute')}</span> : kMissing),
    },
    { id: 'delete', title: t.app.more, isTitleHidden: true, width: 36, cell: (map) => <DeleteButton map={map} onDone={onDone} /> },
  ];
}

function Upload({ onDone }: { onDone: () => void }) {
  const words = t.sourceMaps;
  const apps = useApps();
  const [app, setApp] = useState('');
  const [version, setVersion] = useState('');
  const [files, setFiles] = useState<readonly File[]>([]);
  const [said, setSaid] = useState('');
  const [fault, setFault] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const known = apps.answer?.apps ?? [];
  const chosen = app || known[0]?.id || '';
  const versions = known.find((each) => each.id === chosen)?.versions ?? [];
  const upload = async (event: Event) => {
    event.preventDefault();
    setFault('');
    let done = 0;
    for (const file of files) {
      if (file.size > kSourceMapBytesMax) return setFault(words.too_large(file.name, formatBytes(kSourceMapBytesMax)));
    }
    try {
      for (const file of files) {
        setSaid(words.uploading(done, files.length));
        await uploadSourceMap({ app: chosen, version: version.trim(), file: file.name.replace(/\.map$/, '') }, file);
        done++;
      }
      setSaid(words.uploaded_all(done));
      setFiles([]);
      if (input.current) input.current.value = '';
    } catch (error) {
      setSaid('');
      setFault(`${files[done]?.name ?? ''}: ${error instanceof ApiError ? error.message || errorSentence(error) : String(error)}`);
    }
    return onDone();
  };
  const command = uploadCommand(chosen || 'APP', version.trim(), location.origin);
  return (
    <>
      <form class="map-upload" onSubmit={(event) => void upload(event)}>
        <label>
          <span class="caption">{words.application}</span>
          <input class="input" list="map-apps" required value={app || chosen} spellcheck={false} onInput={(event) => setApp(event.currentTarget.value)} />
          <datalist id="map-apps">{known.map((each) => <option key={each.id} value={each.id} translate={false}>{each.name}</option>)}</datalist>
        </label>
        <label>
          <span class="caption">{words.version}</span>
          <input class="input" list="map-versions" required value={version} maxLength={128} spellcheck={false} placeholder={versions[0] ?? '1.0.0'} onInput={(event) => setVersion(event.currentTarget.value)} />
          <datalist id="map-versions">{versions.map((each) => <option key={each} value={each} />)}</datalist>
        </label>
        <input ref={input} class="unseen" type="file" multiple accept=".map,.json,application/json" aria-label={words.choose} tabIndex={-1} onChange={(event) => {
          setFiles([...(event.currentTarget.files ?? [])]);
          setSaid('');
        }} />
        <button type="button" class="button" onClick={() => input.current?.click()}>
          <Icon name="upload" />
          {files.length ? words.chosen(files.length) : words.choose}
        </button>
        <button type="submit" class="button primary" disabled={!files.length || !version.trim() || !chosen}>{words.upload}</button>
        <span role="status">{said}</span>
      </form>
      {fault && <p class="is-error" role="alert">{words.failed} <span translate={false}>{fault}</span></p>}
      <p class="line map-command">
        <span class="second">{words.from_build}</span>
        <code class="grow cut" translate={false} title={command}>{command}</code>
        <button type="button" class="button small icon-only" aria-label={t.app.copy} data-tip={t.app.copy} onClick={() => void copyText(command, t.app.copied)}>
          <Icon name="copy" />
        </button>
      </p>
    </>
  );
}

export function SourceMaps() {
  const words = t.sourceMaps;
  const question = useQuestion<SourceMap[]>('source-maps', async ({ signal }) => sourceMapsOf(await askSourceMaps(signal)));
  return (
    <section class="panel">
      <header><h2>{words.title}</h2><span class="caption">{words.why}</span></header>
      <div class="body stack">
        <Answered question={question} small>
          {(maps) => (maps.length ? (
            <DataTable name="source_maps" label={words.title} columns={columnsOf(question.retry)} rows={maps} rowKey={(map) => map.id} maxHeight="320px" />
          ) : <p class="second">{words.none}</p>)}
        </Answered>
        <Upload onDone={question.retry} />
      </div>
    </section>
  );
}
