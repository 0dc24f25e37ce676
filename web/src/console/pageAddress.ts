/**
 * Returns where a page of a stage is, in the language of this one.
 *
 * @param page Relative to this page.
 * @param stage Name of the stage.
 */
export function pageAddress(page: string, stage: string): string {
  const query = new URLSearchParams();
  if (stage !== "default") query.set("stage", stage);
  const language = new URLSearchParams(location.search).get("lang");
  if (language) query.set("lang", language);
  return query.size > 0 ? `${page}?${query}` : page;
}
