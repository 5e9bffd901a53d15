/** The host of an address as lists of hosts name it: without its port, the brackets of IPv6, and a dot at the end. */
export const hostOf = ({ hostname }: Pick<URL, 'hostname'>): string =>
  hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
