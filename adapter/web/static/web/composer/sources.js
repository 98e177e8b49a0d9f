// Where suggestions come from: the entities and the commands of the host page, and what the composer itself can do.

/** The sources for these options. `composer`: {tag(entity) → text, attach(), choose(tool)}. */
export function sources({ entities, commands, composer: option, words }, composer) {
  const found = [];
  const entity = (one) => ({ label: one.title, icon: one.icon, group: one.group, take: async () => composer.tag(one) });
  if (entities.onTagSearch) {
    found.push({ mark: /(?:^|\s)@([^\s@]{0,60})$/, search: async (query) => (await entities.onTagSearch(query)).map(entity) });
  }
  if (!commands?.enabled) return found;
  const command = (one) => ({ ...one, take: async () => {
    const selected = await commands.onSelect?.(one);
    if (selected?.type === 'menu') return selected.commands.map(command);
    return selected?.type === 'entity' ? composer.tag(selected.entity) : null;
  } });
  const own = [
    ...(option.attachments?.enabled ? [{ label: words.attach, icon: 'paperclip', take: async () => composer.attach() }] : []),
    ...(option.tools ?? []).map(({ id, label, icon }) => ({ label, icon, take: async () => composer.choose(id) })),
  ];
  found.push({ mark: /^\/([^\n]{0,60})$/, search: async (query) => [
    ...own.filter(({ label }) => label.toLowerCase().includes(query.toLowerCase())),
    ...(await commands.onSearch?.(query) ?? []).map(command),
  ] });
  return found;
}
