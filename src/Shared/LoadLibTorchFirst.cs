using System.Runtime.CompilerServices;

// Linked into every executable: a torch call may be the program's first act, before any type of SlimSharp is touched.
internal static class LoadLibTorchFirst
{
    [ModuleInitializer]
    internal static void Install() => SlimSharp.LibTorch.Install();
}
