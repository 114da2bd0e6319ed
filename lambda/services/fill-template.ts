/** Each `{{…}}` of a template, by what stands between the braces, in the order of the text. */
export function placeholders(template: string): readonly string[] {
  return [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

/**
 * The template with each `{{…}}` replaced. What is filled in is not read again, so a value may hold double braces.
 * @param index which placeholder of the text it is, from 0
 */
export function fillTemplate(template: string, textFor: (name: string, index: number) => string): string {
  let index = -1;
  return template.replace(PLACEHOLDER, (_, name: string) => {
    index += 1;
    return textFor(name, index);
  });
}

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
