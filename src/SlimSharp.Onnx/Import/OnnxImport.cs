using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SlimSharp.Data;
using SlimSharp.Models;

namespace SlimSharp.Onnx;

/// <summary>Networks that came as ONNX files: they can be trained, cut and written again like any other.</summary>
public static class OnnxImport
{
    internal const string MeanKey = "normalization.mean";
    internal const string DeviationKey = "normalization.deviation";

    /// <summary>The network of a file with its weights; the caller disposes it.</summary>
    /// <exception cref="OnnxException">
    /// The file is damaged, or holds what a network here cannot be; the message names the operator.
    /// </exception>
    public static ImportedNetwork Read(string path) => Of(OnnxModel.Load(path), path);

    /// <summary>The network of a model with its weights; the caller disposes it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">What messages call it; a path.</param>
    /// <exception cref="OnnxException">
    /// It holds what a network here cannot be; the message names the operator.
    /// </exception>
    public static ImportedNetwork Of(OnnxModel model, string name = "The model")
    {
        var weights = new Weights();
        try
        {
            return new(new Importer(BytePixels.Removed(model), weights, Budget(model, name)).Run(), weights);
        }
        catch (Exception e) when (Sentence(e) is { } sentence)
        {
            weights.Dispose();
            throw new OnnxException($"{name}{sentence}", e);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    private static ReadBudget Budget(OnnxModel model, string name) =>
        new(
            "", // the name is put in front of every sentence
            Math.Max(model.Constants.Sum(c => (long)c.Data.Length), ReadBudget.LengthOf(name)),
            sentence => new OnnxException(sentence)
        );

    private static string? Sentence(Exception exception) =>
        exception switch
        {
            SlimSharpException => $": {exception.Message}",
            OverflowException or InvalidOperationException or DivideByZeroException =>
                $" is damaged: the settings of its operators make no sense ({exception.Message.TrimEnd('.')}).",
            _ => null,
        };

    /// <summary>The class names among a model's metadata; none where it has none.</summary>
    public static IReadOnlyList<string> ClassesOf(OnnxModel model) =>
        Metadata(model, "classes", OnnxJson.Default.StringArray) ?? [];

    /// <summary>
    /// The model that reads normalised numbers, where this one reads bytes and normalises them itself as exported ones
    /// do; what it did stands in its metadata. Itself, where it begins in another way.
    /// </summary>
    public static OnnxModel WithoutBytePixels(OnnxModel model) => BytePixels.Removed(model);

    /// <summary>
    /// What is done to bytes before the network sees them: by the model itself, where it reads bytes, or from its
    /// metadata; null where neither says.
    /// </summary>
    public static Normalization? NormalizationOf(OnnxModel model) => StatedNormalization(BytePixels.Removed(model));

    internal static Normalization? StatedNormalization(OnnxModel model) =>
        Metadata(model, MeanKey, OnnxJson.Default.DoubleArray) is { } mean
        && Metadata(model, DeviationKey, OnnxJson.Default.DoubleArray) is { } deviation
        && mean.Length == deviation.Length
        && deviation.All(d => d > 0)
        && new Normalization([.. mean], [.. deviation]) is { MakesNumbers: true } stated
            ? stated
            : null;

    private static T? Metadata<T>(OnnxModel model, string key, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return model.Metadata.TryGetValue(key, out var text) ? CheckedJson.Read(text, type) : null;
        }
        catch (JsonException)
        {
            return null; // others may use the same words for something else
        }
    }
}
