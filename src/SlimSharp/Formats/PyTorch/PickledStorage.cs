using TorchSharp;

namespace SlimSharp.Formats;

/// <summary>Raw numbers that tensors of a state dict are views of.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">The type of its elements.</param>
internal sealed record PickledStorage(string Key, torch.ScalarType Type) : IDisposable
{
    private static readonly Dictionary<string, torch.ScalarType> Types = new()
    {
        ["torch.DoubleStorage"] = torch.ScalarType.Float64,
        ["torch.FloatStorage"] = torch.ScalarType.Float32,
        ["torch.HalfStorage"] = torch.ScalarType.Float16,
        ["torch.BFloat16Storage"] = torch.ScalarType.BFloat16,
        ["torch.LongStorage"] = torch.ScalarType.Int64,
        ["torch.IntStorage"] = torch.ScalarType.Int32,
        ["torch.ShortStorage"] = torch.ScalarType.Int16,
        ["torch.CharStorage"] = torch.ScalarType.Int8,
        ["torch.ByteStorage"] = torch.ScalarType.Byte,
        ["torch.BoolStorage"] = torch.ScalarType.Bool,
    };

    /// <summary>The name of the class of storages of that type, without its module.</summary>
    internal static string NameOf(torch.ScalarType type) => Types.First(t => t.Value == type).Key["torch.".Length..];

    /// <summary>The bytes, once they have been read.</summary>
    internal byte[] Bytes { get; set; } = [];

    private torch.Tensor? _whole;

    /// <summary>
    /// All numbers as one tensor, which belongs to the storage: however many tensors are views of it, it is made once.
    /// </summary>
    internal torch.Tensor Whole(ReadBudget budget)
    {
        if (_whole is not null)
            return _whole;
        budget.Take(Bytes.Length, "the numbers in it");
        _whole = torch.empty(Bytes.Length / Width, Type);
        if (Bytes.Length >= Width)
            Bytes.AsSpan(0, Bytes.Length / Width * Width).CopyTo(_whole.bytes);
        return _whole;
    }

    /// <inheritdoc/>
    public void Dispose() => _whole?.Dispose();

    /// <summary>Bytes per element.</summary>
    internal int Width =>
        Type switch
        {
            torch.ScalarType.Float64 or torch.ScalarType.Int64 => 8,
            torch.ScalarType.Float32 or torch.ScalarType.Int32 => 4,
            torch.ScalarType.Float16 or torch.ScalarType.BFloat16 or torch.ScalarType.Int16 => 2,
            _ => 1,
        };

    /// <summary>
    /// From a persistent id: the word storage, the type, the key, the device, the number of elements.
    /// </summary>
    internal static PickledStorage Of(object?[] id) =>
        id is ["storage", PickledName type, string key, ..] && Types.TryGetValue(type.Value, out var scalar)
            ? new(key, scalar)
            : throw new InvalidDataException(
                $"it holds {(id.Length > 1 && id[1] is PickledName n ? n.Value : "something")}, which is no storage of numbers"
            );
}
