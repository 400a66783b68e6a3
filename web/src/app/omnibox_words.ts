// Words that find a page or a command whatever the language of the page: English, Chinese, and the initials of its pinyin.
import type { PlaceName } from './places';

export const kPlaceWords: Record<PlaceName, string> = {
  services: 'services apm 服务 应用 fw',
  topology: 'topology service map 应用拓扑 拓扑 tp yytp',
  traces: 'traces search spans 调用链 链路 查询 dyl ll cx',
  sessions: 'sessions users visits rum 会话 用户 hh yh',
  rum: 'pages vitals web vitals rum lcp inp cls browser 页面 性能 指标 ym xn zb',
  live: 'live tail 实时 ss',
  errors: 'errors exceptions crashes 错误 异常 崩溃 cw yc',
  connect: 'connect ingest sdk 接入 jr',
  settings: 'settings preferences 设置 sz',
  open: 'open file 打开 文件 dk',
  compare: 'compare 对比 db',
};
