using TorchSharp;

namespace SlimSharp;

/// <summary>
/// Numbers for native calls that live as long as the program. A number passed directly becomes a temporary which the
/// collector may free while the call still reads it.
/// </summary>
internal static class Scalars
{
    internal static readonly Scalar One = 1.0;
    internal static readonly Scalar Half = 0.5;
}
