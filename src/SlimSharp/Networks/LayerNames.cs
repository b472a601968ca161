using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SlimSharp.Networks;

/// <summary>
/// The layer kinds by the names under which files hold them: those of this library, and those that a program added.
/// </summary>
internal static class LayerNames
{
    internal const string Key = "kind";

    private static readonly ConcurrentDictionary<string, Type> Types = new()
    {
        ["input"] = typeof(Input),
        ["convolution"] = typeof(Convolution),
        ["transposedConvolution"] = typeof(TransposedConvolution),
        ["batchNorm"] = typeof(BatchNorm),
        ["groupNorm"] = typeof(GroupNorm),
        ["layerNorm"] = typeof(LayerNorm),
        ["activation"] = typeof(Activation),
        ["prelu"] = typeof(PRelu),
        ["maxPool"] = typeof(MaxPool),
        ["averagePool"] = typeof(AveragePool),
        ["globalAveragePool"] = typeof(GlobalAveragePool),
        ["upsample"] = typeof(Upsample),
        ["add"] = typeof(Add),
        ["multiply"] = typeof(Multiply),
        ["concat"] = typeof(Concat),
        ["select"] = typeof(Select),
        ["shift"] = typeof(Shift),
        ["factor"] = typeof(Factor),
        ["flatten"] = typeof(Flatten),
        ["linear"] = typeof(Linear),
        ["dropout"] = typeof(Dropout),
    };

    private static readonly ConcurrentDictionary<Type, string> Names = new(
        Types.ToDictionary(t => t.Value, t => t.Key)
    );

    // The library's own kinds as they are compiled; those of others by reflection.
    private static readonly JsonSerializerOptions Options = new(LayerJson.Default.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(LayerJson.Default, new DefaultJsonTypeInfoResolver()),
    };

    /// <summary>The library's own kinds.</summary>
    internal static IReadOnlyCollection<Type> Own { get; } = [.. Types.Values];

    /// <summary>How layers of that type are written, but for the name.</summary>
    internal static JsonTypeInfo Json(Type type) => Options.GetTypeInfo(type);

    /// <summary>The type of that name, or null.</summary>
    internal static Type? TypeOf(string name) => Types.GetValueOrDefault(name);

    /// <summary>The name of that type, or null.</summary>
    internal static string? NameOf(Type type) => Names.GetValueOrDefault(type);

    /// <summary>Takes a kind up; the same kind under the same name as often as one likes.</summary>
    /// <exception cref="NetworkException">
    /// The name or the kind is there already, or the kind cannot be stored.
    /// </exception>
    internal static void Add(string name, Type type)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new NetworkException($"The layer kind {type.Name} needs a name under which files hold it.");
        if (Json(type).Properties.Any(p => p.Name == Key))
            throw new NetworkException(
                $"The layer kind {type.Name} has a property called '{Key}', under which files hold the name of the kind; call it otherwise."
            );
        if (Names.GetOrAdd(type, name) is var known && known != name)
            throw new NetworkException($"The layer kind {type.Name} is called '{known}' already, not '{name}'.");
        if (Types.GetOrAdd(name, type) is var other && other != type)
        {
            Names.TryRemove(type, out _);
            throw new NetworkException(
                $"'{name}' is the layer kind {other.Name} already; call {type.Name} by another name."
            );
        }
    }
}
