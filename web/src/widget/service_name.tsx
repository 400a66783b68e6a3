// A service: its square and its name, linked to its page. Hollow where it is a store or a host that sends no spans itself.
import { link } from '../app/address';
import { colourClass, colourStore } from '../app/service_colours';
import { useStore } from '../app/store';

export function ServiceSquare({ name, hollow }: { name: string; hollow?: boolean }) {
  useStore(colourStore);
  return <i class={`square ${colourClass(name)}${hollow ? ' hollow' : ''}`} aria-hidden="true" />;
}

export function ServiceName({ name, hollow, linked = true }: { name: string; hollow?: boolean; linked?: boolean }) {
  const inner = (
    <>
      <ServiceSquare name={name} {...(hollow ? { hollow } : {})} />
      <span class="cut" translate={false}>
        {name}
      </span>
    </>
  );
  return linked && !hollow ? (
    <a class="service-name" href={link(['/services', name])}>
      {inner}
    </a>
  ) : (
    <span class="service-name">{inner}</span>
  );
}
