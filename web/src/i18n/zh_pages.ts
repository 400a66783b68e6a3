import type { Catalogue } from './catalogue';

export const pages: Pick<Catalogue, 'services'> = {
  services: {
    title: '服务',
  },
};
