import { formatCount } from '../format/quantity';
import type { Section } from './catalogue';

const health: Section<'health'> = {
  unwell: '异常：有失败，或明显慢于此前',
  attention: '值得关注',
  healthy: '正常',
  silent: '静默：以前出现过，该范围内无数据',
};

const claims: Section<'claims'> = {
  errors_in_callee: '对 {callee} 的调用有 {error_share} 失败',
  errors_in_operation: '{operation} 有 {error_share} 失败',
  slow_callee: '{share} 的耗时在等待 {callee}，P99 {p99}',
  slow_callee_than: '等待 {callee}：P99 {p99}，此前 {before}',
  many_calls: '每次请求执行 {operation} {per_request} 次，疑似 N+1',
  slow_operation: '{operation} 较慢，P99 {p99}',
  slow_operation_than: '{operation} 变慢：P99 {p99}，此前 {before}',
  rate_drop: '请求减少了 {share}',
  other: '与此前不同',
};
const claim_since: Section<'claim_since'> = (time) => `，始于 ${time}`;

const services: Section<'services'> = {
  title: '服务',
  health_filter: '按健康状况筛选',
  health_names: { all: '全部', unwell: '异常', attention: '关注', healthy: '正常', silent: '静默' },
  filter: '筛选服务',
  baseline: '对比基线',
  baselines: { previous: '上一时段', day: '昨天同一时间', week: '一周前', none: '不对比' },
  change_tip: 'P99 与对比时段相比的变化',
  columns: { service: '服务', rate: '请求速率', errors: '错误率', callers: '调用方', callees: '被调用方', seen: '最后出现', why: '原因' },
  few: (count) => `仅 ${formatCount(count)} 次请求，分位数带有偶然性`,
  traces_of: (name) => `${name} 的调用链`,
  errors_of: (name) => `${name} 的错误调用链`,
  slow_of: (name) => `${name} 的慢调用链`,
  rate_shape: '请求速率走势',
  error_shape: '错误走势',
  p99_shape: 'P99 走势',
  empty: '该时间范围内没有服务发送 Span',
  empty_why: '请放宽时间范围，或接入一个服务，只需两分钟。',
  connect: '接入服务',
  none_match: '没有符合筛选条件的服务',
};

const query: Section<'query'> = {
  label: 'TraceQL',
  placeholder: '{ resource.service.name = "checkout" && duration > 500ms }',
  views: '查询的书写方式',
  build: '筛选器',
  no_builder: '该查询不只是条件列表，只能以文本编辑。',
  run: '查询',
  offers: '补全',
  offers_hint: 'Tab 采用选中项，Enter 查询',
  field: '属性',
  operator: '运算符',
  value: '值',
  apply: '应用',
  add: '添加筛选',
  add_first: '添加筛选：服务、耗时、状态、任意属性…',
  fault: '无法识别该查询：',
};

const search: Section<'search'> = {
  title: '调用链',
  facets: '快捷筛选',
  facet_names: { status: '状态', 'resource.service.name': '服务', name: '操作', kind: 'Span 类型', '.http.route': 'HTTP 路由', '.http.response.status_code': 'HTTP 状态码' },
  facet_tip: '点击包含，按住 Alt 点击排除',
  add_facet: '添加属性',
  empty_value: '(空)',
  matching: 'Span 数',
  count_title: '匹配的 Span',
  count_unit: '每步',
  heat_title: '耗时分布',
  heat_unit: '拖动框选：分析、筛选、放大',
  from_rollups: '精确，来自预聚合',
  from_scan: '精确，来自全部匹配的 Span',
  filter_area: '按该区域筛选',
  views_label: '结果形式',
  views: { list: '调用链', scatter: '散点图', spans: 'Span' },
  found: (count) => `${formatCount(count)} 条调用链`,
  page_of: (page, count) => `第 ${page} 页：${formatCount(count)} 条调用链`,
  exact: '全部匹配项',
  more_there: '还有更多',
  cost: (scanned, total, time) => `${time} 内读取 ${scanned} / ${total} 个 Span`,
  sort: '排序',
  sorts: { newest: '最新优先', oldest: '最早优先', slowest: '最慢优先', fastest: '最快优先', spans: 'Span 最多优先', errors: '错误最多优先' },
  columns: { time: '开始时间', root: '根 Span', duration: '耗时，各服务占比', spans: 'Span 数', services: '服务数', errors: '错误' },
  root_missing: '缺少根 Span',
  root_missing_why: '没有父 Span 为空的 Span 到达，此处为最早的一个。',
  pages: '结果分页',
  page: (number) => `第 ${number} 页`,
  first_page: '第一页',
  next_page: (count) => `后 ${count} 条`,
  none: '该时间范围内没有调用链',
  none_match: '没有符合查询的结果。请放宽时间范围，或移除部分筛选条件。',
  none_at_all: '该时间范围内没有数据到达。',
  all_traces: '全部调用链',
  scatter_title: '调用链的开始时间与耗时',
  scatter_part: (count, order) => `仅显示 ${formatCount(count)} 条调用链（${order}），该范围内还有更多。`,
  spans_left: (left, most) => `另有 ${formatCount(left)} 个匹配的 Span 未显示：每条调用链最多 ${most} 个。`,
};

export const pages = { health, claims, claim_since, services, query, search };
