using System.IO.Compression;
using System.Text;

namespace SlimSharp.Tests.Data;

/// <summary>Writes MATLAB 5 files, so that reading them is checked against what is known to be in them.</summary>
internal static class Matlab
{
    // An array as MATLAB 5 writes it: flags, dimensions, name, elements; type 2 is uint8, 9 double, short names stand
    // in their tag.
    internal static byte[] Matrix(string name, int[] sizes, byte type, byte[] data)
    {
        byte[] Element(int kind, byte[] content) =>
            [
                .. BitConverter.GetBytes(kind),
                .. BitConverter.GetBytes(content.Length),
                .. content,
                .. new byte[(8 - content.Length % 8) % 8],
            ];
        byte[] small =
        [
            .. BitConverter.GetBytes((short)1),
            .. BitConverter.GetBytes((short)name.Length),
            .. Encoding.ASCII.GetBytes(name),
            .. new byte[4 - name.Length],
        ];
        byte[] body =
        [
            .. Element(6, [(byte)(type == 2 ? 9 : 6), .. new byte[7]]), // uint8 or double
            .. Element(5, [.. sizes.SelectMany(BitConverter.GetBytes)]),
            .. small,
            .. Element(type, data),
        ];
        return [.. BitConverter.GetBytes(14), .. BitConverter.GetBytes(body.Length), .. body];
    }

    internal static byte[] Packed(byte[] matrix)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal))
            zlib.Write(matrix);
        return [.. BitConverter.GetBytes(15), .. BitConverter.GetBytes(packed.ToArray().Length), .. packed.ToArray()];
    }

    internal static byte[] File(params byte[][] elements)
    {
        var header = new byte[128];
        Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file").CopyTo(header, 0);
        (header[125], header[126], header[127]) = (1, (byte)'I', (byte)'M');
        return [.. header, .. elements.SelectMany(e => e)];
    }
}
