using System.Buffers.Binary;
using System.Text;

namespace SlimSharp;

/// <summary>The symbol versions of a 64-bit little-endian ELF library: which it defines, needs, and uses.</summary>
/// <remarks>Layout of the sections: the ELF gABI and the Linux Standard Base, chapter "Symbol Versioning".</remarks>
internal sealed class ElfVersions
{
    private const int VersionDefinitions = 0x6ffffffd;
    private const int VersionNeeds = 0x6ffffffe;
    private const int VersionOfSymbol = 0x6fffffff;
    private const int Relocations = 4;
    private const ushort Weak = 2;

    private readonly Section[] _sections;

    internal ElfVersions(byte[] bytes)
    {
        Bytes = bytes;
        if (bytes.Length < 64 || U32(0) != 0x464c457f || bytes[4] != 2 || bytes[5] != 1)
            throw new BadImageFormatException("not a 64-bit little-endian ELF library");
        var (table, size, count) = ((int)U64(40), U16(58), U16(60));
        _sections = [.. Enumerable.Range(0, count).Select(i => ReadSection(table + i * size))];
    }

    internal byte[] Bytes { get; }

    /// <summary>Names of the versions that this library defines.</summary>
    internal IEnumerable<string> Defined()
    {
        foreach (var section in _sections.Where(s => s.Type == VersionDefinitions))
        {
            for (var at = section.Offset; ; at += (int)U32(at + 16))
            {
                yield return Text(section, U32(at + (int)U32(at + 12)));
                if (U32(at + 16) == 0)
                    break;
            }
        }
    }

    /// <summary>Names of the versions that this library asks of <paramref name="file"/>.</summary>
    internal IEnumerable<string> Needed(string file) => Needs().Where(n => n.File == file).Select(n => n.Version);

    /// <summary>True if a relocation binds a symbol of that version, so that its absence would be felt.</summary>
    internal bool IsUsed(string version)
    {
        var indices = Needs().Where(n => n.Version == version).Select(n => U16(n.Entry + 6)).ToHashSet();
        var versionOf = _sections.First(s => s.Type == VersionOfSymbol);
        return _sections
            .Where(s => s.Type == Relocations)
            .SelectMany(s => Enumerable.Range(0, s.Size / 24).Select(i => (int)(U64(s.Offset + i * 24 + 8) >> 32)))
            .Any(symbol => indices.Contains((ushort)(U16(versionOf.Offset + 2 * symbol) & 0x7fff)));
    }

    /// <summary>Lets the loader pass over the absence of that version.</summary>
    internal void MarkWeak(string version)
    {
        foreach (var need in Needs().Where(n => n.Version == version))
            BinaryPrimitives.WriteUInt16LittleEndian(
                Bytes.AsSpan(need.Entry + 4),
                (ushort)(U16(need.Entry + 4) | Weak)
            );
    }

    private IEnumerable<(string File, string Version, int Entry)> Needs()
    {
        foreach (var section in _sections.Where(s => s.Type == VersionNeeds))
        {
            for (var at = section.Offset; ; at += (int)U32(at + 12))
            {
                var file = Text(section, U32(at + 4));
                for (var (i, entry) = (0, at + (int)U32(at + 8)); i < U16(at + 2); i++, entry += (int)U32(entry + 12))
                    yield return (file, Text(section, U32(entry + 8)), entry);
                if (U32(at + 12) == 0)
                    break;
            }
        }
    }

    private string Text(Section section, uint offset)
    {
        var start = _sections[section.Link].Offset + (int)offset;
        return Encoding.ASCII.GetString(Bytes, start, Array.IndexOf(Bytes, (byte)0, start) - start);
    }

    private Section ReadSection(int at) =>
        new((int)U32(at + 4), (int)U64(at + 24), (int)U64(at + 32), (int)U32(at + 40));

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(Bytes.AsSpan(at));

    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Bytes.AsSpan(at));

    private ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(Bytes.AsSpan(at));

    private readonly record struct Section(int Type, int Offset, int Size, int Link);
}
