/** Worker and auditor rounds at most. In a file of its own: whoever reads options need not load the loop. */
export const DEFAULT_MAX_ITERATIONS = 5;
