declare module 'fs-native-extensions' {
  /** Takes an exclusive lock of a whole file; false while another open of the file has it. */
  export function tryLock(fd: number): boolean;
}
