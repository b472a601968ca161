using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// The product of a square matrix of signs and a matrix, without multiplications: of every four rows all sixteen sums
/// with signs are made once, and each row of the product adds up one of them per four (Arlazarov, Dinič, Kronrod and
/// Faradžev, 1970). It takes a fraction of the time of a general product, whose operations it saves three of four of.
/// Walks raw memory: float32 in rows without gaps. Sums do not depend on threads.
/// </summary>
internal static unsafe class SignProduct
{
    private const int Lanes = 16;
    private const int Tile = 64; // columns at a time
    private const int Four = 4; // rows of a table
    private const int Sums = 1 << Four;
    private const int Tables = 8; // at a time, which lie in the nearest cache
    private const int LeastRows = 64; // below, a general product is as fast

    /// <summary>True if all are float32 of fitting sizes that lie in rows without gaps, and it is worth it.</summary>
    internal static bool Fits(torch.Tensor signs, torch.Tensor matrix, torch.Tensor target) =>
        TorchC.IsThere
        && signs.shape[0] >= LeastRows
        && new[] { signs, matrix, target }.All(t =>
            t.dtype == torch.float32 && t.device_type == DeviceType.CPU && t.is_contiguous()
        );

    /// <summary>
    /// Adds factor·sign(numbers)·matrix to a target, n×n, n×k and n×k; does nothing, and returns false, if one of the
    /// numbers is 0, and so has no sign.
    /// </summary>
    internal static bool TryAdd(torch.Tensor numbers, torch.Tensor matrix, torch.Tensor target, double factor)
    {
        var (rows, columns) = (matrix.shape[0], matrix.shape[1]);
        var groups = (rows + Four - 1) / Four;
        var codes = new byte[rows * groups];
        if (!TryRead((float*)TorchC.Address(numbers), (int)rows, codes))
            return false;
        fixed (byte* chosen = codes)
        {
            var work = new Work
            {
                Codes = chosen,
                Matrix = (float*)TorchC.Address(matrix),
                Target = (float*)TorchC.Address(target),
                Rows = (int)rows,
                Columns = columns,
                Groups = (int)groups,
                Factor = (float)factor,
            };
            TorchC.ParallelFor((columns + Tile - 1) / Tile, &Part, &work);
        }
        GC.KeepAlive(numbers);
        GC.KeepAlive(matrix);
        GC.KeepAlive(target);
        return true;
    }

    // Which of the sums of four rows each row of the product takes: a bit per row, set where it is added. Rows behind
    // the last are zeros, of which the sign does not matter.
    private static bool TryRead(float* numbers, int rows, byte[] codes)
    {
        var groups = (rows + Four - 1) / Four;
        for (var i = 0; i < rows; i++, numbers += rows)
        {
            for (var j = 0; j < rows; j++)
            {
                if (numbers[j] is 0 or float.NaN)
                    return false;
                codes[i * groups + j / Four] |= (byte)((numbers[j] > 0 ? 1 : 0) << j % Four);
            }
        }
        return true;
    }

    [UnmanagedCallersOnly]
    private static void Part(long begin, long end, void* context)
    {
        var work = (Work*)context;
        var tables = (float*)NativeMemory.AlignedAlloc(Tables * Sums * Tile * sizeof(float), 64);
        var sums = (float*)NativeMemory.AlignedAlloc((nuint)(work->Rows * Tile * sizeof(float)), 64);
        for (var tile = begin; tile < end; tile++)
        {
            var at = tile * Tile;
            new Span<float>(sums, work->Rows * Tile).Clear();
            for (var group = 0; group < work->Groups; group += Tables)
            {
                var count = Math.Min(Tables, work->Groups - group);
                for (var i = 0; i < count; i++)
                    Fill(work, at, Four * (group + i), tables + i * Sums * Tile);
                Add(work->Codes + group, work->Groups, work->Rows, count, tables, sums);
            }
            Write(work, at, sums);
        }
        NativeMemory.AlignedFree(tables);
        NativeMemory.AlignedFree(sums);
    }

    // Each sum differs from one that is there already by twice a row.
    private static void Fill(Work* work, long at, int row, float* table)
    {
        var width = (int)Math.Min(Tile, work->Columns - at);
        var rows = stackalloc float[Four * Tile];
        new Span<float>(rows, Four * Tile).Clear();
        for (var i = 0; i < Four && row + i < work->Rows; i++)
            new Span<float>(work->Matrix + (row + i) * work->Columns + at, width).CopyTo(new(rows + i * Tile, width));
        for (var x = 0; x < Tile; x += Lanes)
        {
            var (a, b) = (Vector512.Load(rows + x), Vector512.Load(rows + Tile + x));
            var (c, d) = (Vector512.Load(rows + 2 * Tile + x), Vector512.Load(rows + 3 * Tile + x));
            var (minus, less) = (-a - b, a - b);
            var (plus, more) = (c + d, d - c);
            Store(table + x, 0, minus, plus, more);
            Store(table + x, 1, less, plus, more);
            Store(table + x, 2, -less, plus, more);
            Store(table + x, 3, -minus, plus, more);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* table, int low, Vector512<float> sum, Vector512<float> plus, Vector512<float> more)
    {
        (sum - plus).Store(table + low * Tile);
        (sum - more).Store(table + (low + 4) * Tile);
        (sum + more).Store(table + (low + 8) * Tile);
        (sum + plus).Store(table + (low + 12) * Tile);
    }

    // Two rows at a time: additions that wait for nobody.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(byte* codes, int stride, int rows, int count, float* tables, float* sums)
    {
        for (var row = 0; row < rows; row += 2, codes += 2 * stride, sums += 2 * Tile)
        {
            var others = row + 1 < rows ? sums + Tile : sums; // the last row alone is written twice
            var next = row + 1 < rows ? codes + stride : codes;
            var (a, b) = (Vector512.Load(sums), Vector512.Load(sums + Lanes));
            var (c, d) = (Vector512.Load(sums + 2 * Lanes), Vector512.Load(sums + 3 * Lanes));
            var (e, f) = (Vector512.Load(others), Vector512.Load(others + Lanes));
            var (g, h) = (Vector512.Load(others + 2 * Lanes), Vector512.Load(others + 3 * Lanes));
            var table = tables;
            for (var i = 0; i < count; i++, table += Sums * Tile)
            {
                var sum = table + codes[i] * Tile;
                var other = table + next[i] * Tile;
                a += Vector512.Load(sum);
                b += Vector512.Load(sum + Lanes);
                c += Vector512.Load(sum + 2 * Lanes);
                d += Vector512.Load(sum + 3 * Lanes);
                e += Vector512.Load(other);
                f += Vector512.Load(other + Lanes);
                g += Vector512.Load(other + 2 * Lanes);
                h += Vector512.Load(other + 3 * Lanes);
            }
            a.Store(sums);
            b.Store(sums + Lanes);
            c.Store(sums + 2 * Lanes);
            d.Store(sums + 3 * Lanes);
            e.Store(others);
            f.Store(others + Lanes);
            g.Store(others + 2 * Lanes);
            h.Store(others + 3 * Lanes);
        }
    }

    private static void Write(Work* work, long at, float* sums)
    {
        var width = (int)Math.Min(Tile, work->Columns - at);
        var factor = Vector512.Create(work->Factor);
        for (var row = 0; row < work->Rows; row++, sums += Tile)
        {
            var target = work->Target + row * work->Columns + at;
            var x = 0;
            for (; x + Lanes <= width; x += Lanes)
                (Vector512.Load(target + x) + factor * Vector512.Load(sums + x)).Store(target + x);
            for (; x < width; x++)
                target[x] += work->Factor * sums[x];
        }
    }

    private struct Work
    {
        internal byte* Codes;
        internal float* Matrix;
        internal float* Target;
        internal int Rows;
        internal long Columns;
        internal int Groups;
        internal float Factor;
    }
}
