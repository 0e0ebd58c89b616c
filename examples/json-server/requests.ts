// The traffic of the example: every GET feature that the README of json-server 0.17.4 documents under "Routes", for the
// collections, the nested route and the singular resource of db.json. No randomness: two runs send the same requests.

export const POSTS = 60;
export const COMMENTS = 240;

/** One documented feature and the request targets that use it. */
export interface Feature {
  readonly name: string;
  readonly targets: readonly string[];
}

/** `count` whole numbers from `first`, `step` apart. */
function series(first: number, count: number, step = 1): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index * step);
}

const AUTHORS = ['typicode', 'ada', 'grace', 'linus', 'margaret'];
const WORDS = ['internet', 'server', 'database', 'router', 'compiler', 'kernel', 'browser', 'cache'];

export const FEATURES: readonly Feature[] = [
  { name: 'plural routes: lists', targets: ['/posts', '/comments'] },
  {
    name: 'plural routes: single records',
    targets: [...series(1, 30, 2).map((id) => `/posts/${id}`), ...series(1, 30, 8).map((id) => `/comments/${id}`)],
  },
  {
    name: 'plural routes: missing records',
    targets: [...series(POSTS + 1, 12).map((id) => `/posts/${id}`), ...series(901, 8).map((id) => `/comments/${id}`)],
  },
  { name: 'singular routes', targets: series(1, 10).map(() => '/profile') },
  {
    name: 'filter',
    targets: [
      '/posts?id=1&id=2',
      '/posts?author=ada&author=grace',
      ...AUTHORS.map((author) => `/posts?author=${author}`),
      ...AUTHORS.map((author) => `/comments?author.name=${author}`),
      ...series(1, 10, 6).map((id) => `/comments?postId=${id}`),
      ...series(1, 10, 6).map((id) => `/posts?id=${id}`),
      '/posts?title=Notes%20on%20the%20database&author=ada',
      '/posts?views=421',
      '/posts?author=nobody',
    ],
  },
  {
    name: 'paginate',
    targets: [
      ...series(1, 6).map((page) => `/posts?_page=${page}`),
      ...series(1, 3).map((page) => `/posts?_page=${page}&_limit=20`),
      ...[1, 12, 24].map((page) => `/comments?_page=${page}`),
      '/posts?_page=7',
      '/posts?author=ada&_page=1',
      '/posts?_sort=views&_page=2',
    ],
  },
  {
    name: 'sort',
    targets: [
      '/posts?_sort=views',
      '/posts?_sort=title',
      '/posts?_sort=author,views',
      '/comments?_sort=author.name',
      '/posts?_sort=views&_order=asc',
      '/posts?_sort=views&_order=desc',
      '/posts?_sort=author,views&_order=desc,asc',
      '/comments?_sort=votes&_order=asc',
    ],
  },
  {
    name: 'slice',
    targets: [
      ...series(0, 6, 10).map((start) => `/posts?_start=${start}&_end=${start + 10}`),
      ...series(0, 4, 15).map((start) => `/posts?_start=${start}&_limit=15`),
      '/posts?_limit=5',
      '/comments?_start=20&_end=30',
    ],
  },
  {
    name: 'operators',
    targets: [
      ...series(0, 8, 120).map((views) => `/posts?views_gte=${views}&views_lte=${views + 120}`),
      ...series(100, 4, 200).map((votes) => `/comments?votes_gte=${votes}`),
      '/posts?id_lte=5',
      ...AUTHORS.map((author) => `/posts?author_ne=${author}`),
      ...[1, 30, POSTS].map((id) => `/posts?id_ne=${id}`),
      ...WORDS.map((word) => `/posts?title_like=${word}`),
      '/posts?title_like=%5ENotes',
      '/comments?author.name_like=a',
    ],
  },
  {
    name: 'full-text search',
    targets: [
      ...WORDS.map((word) => `/posts?q=${word}`),
      ...WORDS.map((word) => `/comments?q=${word}`),
      '/posts?q=INTERNET',
      '/posts?q=nowhere',
    ],
  },
  {
    name: 'relationships: children and parents',
    targets: [
      '/posts?_embed=comments',
      ...series(2, 20, 3).map((id) => `/posts/${id}?_embed=comments`),
      '/comments?_expand=post',
      ...series(3, 20, 11).map((id) => `/comments/${id}?_expand=post`),
    ],
  },
  {
    name: 'relationships: nested routes',
    targets: [
      ...series(1, 20, 3).map((id) => `/posts/${id}/comments`),
      '/posts/1/comments?_sort=votes&_order=asc',
      '/posts/1/comments?_start=1&_end=3',
      '/posts/1/comments?_start=1&_limit=2',
      '/posts/999/comments',
    ],
  },
];

/**
 * The targets in the order in which they are sent. The features take turns, so that the first examples that the report
 * keeps of a cause come from different ones.
 */
export const REQUESTS: readonly string[] = takingTurns(FEATURES.map(({ targets }) => targets));

function takingTurns(lists: readonly (readonly string[])[]): readonly string[] {
  const rounds = Math.max(...lists.map((list) => list.length));
  return series(0, rounds).flatMap((round) => lists.flatMap((list) => list.slice(round, round + 1)));
}
