using System.Security.Cryptography;
using System.Text;

namespace SlimSharp.Tests.Trust;

/// <summary>
/// Damaged files that are read all the same are read as others read them: PyTorch, SciPy, torchvision, onnx and Pillow,
/// of Debian 12.
/// </summary>
[Trait("Length", "long")]
public class IndependentReaderTests
{
    private const int Cases = 3_000;
    private const int MostRead = 400;

    // Each script defines text(path): what it read, in the words of Reader.Text.
    private const string Frame = """
        import hashlib, sys, warnings
        warnings.simplefilter('ignore')
        def sha(b): return hashlib.sha256(b).hexdigest()
        def images(planes, labels):
            n, c, h, w = planes.shape
            return f"{n} {c}×{h}×{w} {sha(planes.tobytes())} {' '.join(str(int(l)) for l in labels)}"
        def by_name(rows): return ''.join(r + '\n' for _, r in sorted(rows, key=lambda r: r[0].encode('utf-16-be')))
        """;

    private const string Loop = """

        for path in open(sys.argv[1]).read().split('\n'):
            try:
                print(sha(text(path).encode()))
            except Exception as e:
                print('refused', type(e).__name__, str(e).replace('\n', ' ')[:90])
        """;

    private const string PyTorch = """
        import torch
        def text(path):
            d = torch.load(path, map_location='cpu')
            while True:
                inner = next((d[k] for k in ('state_dict', 'model', 'net') if isinstance(d.get(k), dict)), None)
                if inner is None: break
                d = inner
            rows = {}
            for k, v in d.items():
                k = k[7:] if k.startswith('module.') else k
                if not k.endswith('num_batches_tracked'):
                    rows[k] = f"{k} {'x'.join(map(str, v.shape))} {sha(v.detach().contiguous().numpy().tobytes())}"
            return by_name(rows.items())
        """;

    private const string Matlab = """
        import numpy as np, scipy.io
        def text(path):
            m = scipy.io.loadmat(path)
            x = m['X']
            assert (x == x.astype(np.uint8)).all()
            return images(np.ascontiguousarray(x.astype(np.uint8).transpose(3, 2, 0, 1)), m['y'].flatten() % 10)
        """;

    private const string Idx = """
        import numpy as np, os
        from torchvision.datasets.mnist import read_sn3_pascalvincent_tensor as read
        def text(path):
            x = read(path, strict=True).numpy()
            if x.dtype == np.int8: x = x.astype(int) + 128
            if x.dtype.kind == 'f' and ((x >= 0) & (x <= 1)).all(): x = x.astype(float) * 255
            assert ((x >= 0) & (x <= 255)).all()
            x = np.rint(x).astype(np.uint8)
            x = x[:, None] if x.ndim == 3 else x
            return images(x, read(os.path.join(os.path.dirname(path), 'labels')).numpy())
        """;

    private const string Onnx = """
        import numpy as np, onnx
        def data(t):
            if t.HasField('raw_data'): return t.raw_data
            if t.data_type == 1: return np.array(t.float_data, '<f4').tobytes()
            if t.data_type == 7: return np.array(t.int64_data, '<i8').tobytes()
            if t.data_type == 6: return np.array(t.int32_data, '<i4').tobytes()
            return bytes(i & 255 for i in t.int32_data)
        def text(path):
            g = onnx.load(path, load_external_data=False).graph
            rows = [f"{n.op_type} {n.name} {','.join(n.input)} {','.join(n.output)}" for n in g.node]
            rows += [f"{t.name} {t.data_type} {'x'.join(map(str, t.dims))} {sha(data(t))}" for t in g.initializer]
            return ''.join(r + '\n' for r in rows)
        """;

    private const string Png = """
        import numpy as np
        from PIL import Image
        def text(path):
            return images(np.ascontiguousarray(np.asarray(Image.open(path).convert('RGB')).transpose(2, 0, 1))[None], [0])
        """;

    [Theory]
    [InlineData("PyTorch", "torch", PyTorch)]
    [InlineData("MAT", "scipy", Matlab)]
    [InlineData("IDX", "torchvision", Idx)]
    [InlineData("ONNX", "onnx", Onnx)]
    [InlineData("PNG", "torchvision", Png)]
    public void What_is_read_in_spite_of_damage_is_what_others_read(string name, string library, string script)
    {
        var reader = Reader.All.First(r => r.Name == name);
        var (folder, random, seeds) = (Machine.Folder(), new Random(3), reader.Seeds().ToArray());
        var read = new List<(string Path, string Hash)>();
        for (var i = 0; i < Cases && read.Count < MostRead; i++)
        {
            var path = Path.Combine(folder, $"{i}", reader.FileName);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, i < seeds.Length ? seeds[i] : Mutation.Of(seeds[0], random));
            try
            {
                var text = reader.Read(path).ReplaceLineEndings("\n");
                read.Add((path, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))));
            }
            catch (SlimSharpException)
            {
                Assert.False(i < seeds.Length, $"an intact {name} file is refused");
            }
        }
        var list = Path.Combine(folder, "list");
        File.WriteAllText(list, string.Join('\n', read.Select(r => r.Path)));
        var others = Machine
            .Python(library, $"{Frame}\n{script}\n{Loop}", list)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // What others refuse may be read only as if it were not damaged.
        string[] intact = [.. read.Take(seeds.Length).Select(r => r.Hash)];
        var differing = read.Zip(others)
            .Where(p => p.First.Hash != p.Second)
            .Where(p => !(p.Second.StartsWith("refused", StringComparison.Ordinal) && intact.Contains(p.First.Hash)))
            .Select(p => $"{p.First.Path}: {p.Second}");
        Assert.True(!differing.Any(), $"{differing.Count()} of {read.Count}\n{string.Join('\n', differing.Take(12))}");
        Assert.InRange(read.Count, 5, MostRead);
    }
}
