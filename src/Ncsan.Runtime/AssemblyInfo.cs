using System.Runtime.CompilerServices;

// The stack address that chooses a skip counter needs a local, and clearing it would be a store on every access.
[module: SkipLocalsInit]
