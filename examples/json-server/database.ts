import { COMMENTS, POSTS } from './requests.ts';

// The same numbers in, the same records out, so that the committed db.json can be made again and compared.

const AUTHORS = ['typicode', 'ada', 'grace', 'linus', 'margaret'] as const;
const SUBJECTS = ['internet', 'server', 'database', 'router', 'compiler', 'kernel', 'browser', 'cache'] as const;
const OPENINGS = ['Building the', 'Debugging the', 'Notes on the', 'Goodbye to the', 'Ten years of the'] as const;

/** The element at `index`, counted around the end. */
function pick(words: readonly string[], index: number): string {
  return words[index % words.length] ?? '';
}

/** Distinct for every `index` below the prime 997, and in no order. */
function scattered(index: number): number {
  return (index * 421) % 997;
}

function createPost(id: number) {
  return {
    id,
    title: `${pick(OPENINGS, id)} ${pick(SUBJECTS, id * 5 + Math.floor(id / 8))}`,
    author: pick(AUTHORS, id * 3 + Math.floor(id / 7)),
    views: scattered(id),
  };
}

function createComment(id: number) {
  return {
    id,
    postId: ((id - 1) % POSTS) + 1,
    body: `${pick(SUBJECTS, id + Math.floor(id / 9))} comment ${id}`,
    votes: scattered(id + 100),
    author: { name: pick(AUTHORS, id + Math.floor(id / 5)) },
  };
}

/** What db.json holds: posts, their comments, and one profile. */
export function createDatabase() {
  return {
    posts: Array.from({ length: POSTS }, (_, index) => createPost(index + 1)),
    comments: Array.from({ length: COMMENTS }, (_, index) => createComment(index + 1)),
    profile: { name: 'typicode' },
  };
}
