using System.Collections;
using System.IO.Compression;
using System.IO.Hashing;
using System.Numerics;
using SlimSharp.Data;
using TorchSharp;

namespace SlimSharp.Formats;

/// <summary>
/// State dicts as <c>torch.save</c> writes them (.pth, .pt, .th), in the zip form or the older one. Wrappers such as
/// <c>{"state_dict": …}</c> and prefixes of parallel training (<c>module.</c>) are taken off;
/// <c>num_batches_tracked</c> is passed over.
/// </summary>
public static partial class StateDict
{
    private const int Protocol = 1001;
    private const int FolderAttribute = 0x10;
    private const int MaxWrappers = 8;
    private const string Storages = "the numbers in it";
    private static readonly string[] Wrappers = ["state_dict", "model", "net"];
    private static readonly BigInteger Magic = BigInteger.Parse("119547037146038801333356");

    /// <summary>Reads the tensors by name. The caller disposes them.</summary>
    /// <exception cref="FileFormatException">
    /// The file is damaged, or holds something else than numbers by name; the message says what.
    /// </exception>
    public static Dictionary<string, torch.Tensor> Read(string path)
    {
        var storages = new Dictionary<string, PickledStorage>();
        try
        {
            using var file = File.OpenRead(path);
            var budget = ReadBudget.Of(path, sentence => new FileFormatException(sentence));
            var isZip = file.ReadByte() == 'P' && file.ReadByte() == 'K';
            var root = isZip ? FromZip(file, storages, budget) : FromLegacy(file, storages, budget);
            return Tensors(Unwrap(root), budget);
        }
        catch (Exception e)
            when (e
                    is IOException
                        or InvalidDataException
                        or InvalidCastException
                        or ArgumentException
                        or KeyNotFoundException
                        or NullReferenceException
                        or IndexOutOfRangeException
                        or OverflowException
                        or UnauthorizedAccessException
            )
        {
            throw new FileFormatException(
                $"{path}: cannot be read as a PyTorch state dict ({e.Message.TrimEnd('.')}).",
                e
            );
        }
        finally
        {
            foreach (var storage in storages.Values)
                storage.Dispose();
        }
    }

    private static Hashtable FromZip(FileStream file, Dictionary<string, PickledStorage> storages, ReadBudget budget)
    {
        file.Position = 0;
        using var zip = new ZipArchive(file, ZipArchiveMode.Read);
        var pickle =
            zip.Entries.FirstOrDefault(e => e.FullName.EndsWith("/data.pkl", StringComparison.Ordinal))
            ?? throw new InvalidDataException("its archive holds no data.pkl");
        var folder = pickle.FullName[..^"data.pkl".Length];
        PickledStorage Storage(object?[] id)
        {
            var storage = PickledStorage.Of(id);
            if (storages.TryGetValue(storage.Key, out var known))
                return known;
            var entry =
                zip.GetEntry($"{folder}data/{storage.Key}")
                ?? throw new InvalidDataException($"its archive holds no storage '{storage.Key}'");
            storage.Bytes = All(entry, budget);
            return storages[storage.Key] = storage;
        }
        _ = All(
            zip.GetEntry($"{folder}version") ?? throw new InvalidDataException("its archive holds no version"),
            budget
        );
        return new Unpickler(new MemoryStream(All(pickle, budget)), Storage).Read() as Hashtable
            ?? throw new InvalidDataException("it holds no dictionary");
    }

    // Pickles one after another (magic number, protocol, system, object, keys of storages), then the storages.
    private static Hashtable FromLegacy(FileStream file, Dictionary<string, PickledStorage> storages, ReadBudget budget)
    {
        file.Position = 0;
        PickledStorage Storage(object?[] id)
        {
            var storage = PickledStorage.Of(id);
            return storages.TryGetValue(storage.Key, out var known) ? known : storages[storage.Key] = storage;
        }
        var unpickler = new Unpickler(file, Storage);
        if (unpickler.Read() is not BigInteger magic || magic != Magic || unpickler.Read() is not (long)Protocol)
            throw new InvalidDataException("it does not begin as files of torch.save do");
        _ = unpickler.Read();
        var root = unpickler.Read() as Hashtable ?? throw new InvalidDataException("it holds no dictionary");
        foreach (string key in (ArrayList)unpickler.Read()!)
        {
            var prefix = new byte[8];
            file.ReadExactly(prefix);
            var bytes = checked(BitConverter.ToInt64(prefix) * storages[key].Width);
            if (bytes < 0 || bytes > file.Length - file.Position)
                throw new InvalidDataException("it is cut short");
            storages[key].Bytes = budget.Read(file, bytes, Storages);
        }
        return root;
    }

    // A pickle can hold itself, so wrappers are not taken off for ever.
    private static Hashtable Unwrap(Hashtable root)
    {
        for (var depth = 0; depth < MaxWrappers; depth++)
        {
            if (Wrappers.Select(w => root[w]).OfType<Hashtable>().FirstOrDefault() is not { } inner)
                return root;
            root = inner;
        }
        throw new InvalidDataException("its dictionaries lie in one another without an end");
    }

    private static Dictionary<string, torch.Tensor> Tensors(Hashtable root, ReadBudget budget)
    {
        var tensors = new Dictionary<string, torch.Tensor>();
        try
        {
            Read(root, budget, tensors);
        }
        catch
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
            throw;
        }
        return tensors.Count > 0 ? tensors : throw new InvalidDataException("it holds no tensor");
    }

    private static void Read(Hashtable root, ReadBudget budget, Dictionary<string, torch.Tensor> tensors)
    {
        foreach (DictionaryEntry entry in root)
        {
            var name = ((string)entry.Key).StartsWith("module.", StringComparison.Ordinal)
                ? ((string)entry.Key)["module.".Length..]
                : (string)entry.Key;
            if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                continue;
            if (entry.Value is not PickledTensor tensor)
                throw new InvalidDataException($"'{name}' is no tensor");
            if (tensors.Remove(name, out var same)) // with and without the prefix
                same.Dispose();
            tensors[name] = tensor.ToTensor(budget);
        }
    }

    private static byte[] All(ZipArchiveEntry entry, ReadBudget budget)
    {
        if (entry.IsEncrypted || (entry.ExternalAttributes & FolderAttribute) != 0)
            throw new InvalidDataException($"'{entry.FullName}' is encrypted, or said to be a folder");
        if (entry.Length > Deflate.MostExpansion * entry.CompressedLength)
            throw new InvalidDataException($"'{entry.FullName}' claims more than its compressed bytes can hold");
        using var stream = entry.Open();
        var content = budget.Read(stream, entry.Length, Storages);
        return stream.ReadByte() < 0 && Crc32.HashToUInt32(content) == entry.Crc32
            ? content
            : throw new InvalidDataException($"'{entry.FullName}' does not have the checksum that the archive says");
    }
}
