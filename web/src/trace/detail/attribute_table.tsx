// Attributes as key and value. Each value can be copied and searched for; where it cannot be compared there is only copying.
import { useState } from 'preact/hooks';

import { link } from '../../app/address';
import { copyText } from '../../app/notice';
import { formatCount } from '../../format/quantity';
import { t } from '../../i18n/catalogue';
import { Icon } from '../../widget/icon';
import { traceqlCondition, valueText, type Attribute } from '../model/attributes';

// Longer values may scroll, and what scrolls can be reached with the keyboard.
const kLongText = 200;
const kLongLines = 6;

interface AttributeTableProps {
  title?: string;
  attributes: readonly Attribute[];
  /** Where the keys live, so that values can be searched for. */
  scope?: 'span' | 'resource';
  isFolded?: boolean;
}

export function AttributeTable({ title, attributes, scope, isFolded = false }: AttributeTableProps) {
  const [open, setOpen] = useState<boolean>();
  const isOpen = open ?? !isFolded;
  if (attributes.length === 0) return null;
  return (
    <section class="detail-section">
      {title && (
        <h3>
          <button type="button" class="fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            <Icon name={isOpen ? 'down' : 'right'} />
            {title}
            <span class="third number">{formatCount(attributes.length)}</span>
          </button>
        </h3>
      )}
      {isOpen && (
        <dl class="attributes">
          {attributes.map((attribute, index) => (
            <AttributeRow key={`${attribute.key} ${index}`} attribute={attribute} scope={scope} />
          ))}
        </dl>
      )}
    </section>
  );
}

function AttributeRow({ attribute, scope }: { attribute: Attribute; scope: 'span' | 'resource' | undefined }) {
  const words = t.trace.detail;
  const text = valueText(attribute.value);
  const same = scope && traceqlCondition(scope, attribute);
  const other = scope && traceqlCondition(scope, attribute, false);
  const isText = attribute.value.stringValue !== undefined;
  return (
    <div class="attribute">
      <dt translate={false} title={attribute.key}>
        {attribute.key}
      </dt>
      <dd translate={false} class={isText ? undefined : 'typed'} tabIndex={text.length > kLongText || text.split('\n').length > kLongLines ? 0 : undefined}>
        <span class="value">{text === '' ? '""' : text}</span>
        <span class="value-actions">
          {same && (
            <a class="button quiet small icon-only" href={link('/traces', { q: `{ ${same} }` })} aria-label={`${words.filter_equal}: ${attribute.key}`} data-tip={words.filter_equal}>
              <Icon name="plus" />
            </a>
          )}
          {other && (
            <a class="button quiet small icon-only" href={link('/traces', { q: `{ ${other} }` })} aria-label={`${words.filter_not_equal}: ${attribute.key}`} data-tip={words.filter_not_equal}>
              <Icon name="minus" />
            </a>
          )}
          <button type="button" class="button quiet small icon-only" aria-label={`${words.copy_value}: ${attribute.key}`} data-tip={words.copy_value} onClick={() => void copyText(text, t.app.copied)}>
            <Icon name="copy" />
          </button>
        </span>
      </dd>
    </div>
  );
}
