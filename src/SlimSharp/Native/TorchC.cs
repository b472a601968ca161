using System.Runtime.InteropServices;
using TorchSharp;

namespace SlimSharp;

/// <summary>
/// The few calls that go to libtorch's C interface itself
/// (docs.pytorch.org/docs/stable/notes/libtorch_stable_abi.html): convolutions and their gradients outside the graph,
/// addresses, and its threads. A TorchSharp tensor's handle is that interface's tensor handle.
/// </summary>
internal static unsafe class TorchC
{
    private static readonly nint Library = Load();
    private static readonly delegate* unmanaged<nint, void**, int> DataPointer = (delegate* unmanaged<
        nint,
        void**,
        int>)Export("aoti_torch_get_data_ptr");
    private static readonly delegate* unmanaged<
        long,
        long,
        long,
        delegate* unmanaged<long, long, void*, void>,
        void*,
        int> Parallel = (delegate* unmanaged<
        long,
        long,
        long,
        delegate* unmanaged<long, long, void*, void>,
        void*,
        int>)Export("torch_parallel_for");
    private static readonly delegate* unmanaged<
        nint,
        nint,
        nint,
        long**,
        long,
        long*,
        long,
        long*,
        long,
        long*,
        long,
        int,
        long*,
        long,
        long,
        int*,
        long,
        nint*,
        nint*,
        nint*,
        int> ConvolutionBackward = (delegate* unmanaged<
        nint,
        nint,
        nint,
        long**,
        long,
        long*,
        long,
        long*,
        long,
        long*,
        long,
        int,
        long*,
        long,
        long,
        int*,
        long,
        nint*,
        nint*,
        nint*,
        int>)Export("aoti_torch_cpu_convolution_backward");

    /// <summary>True if this libtorch has all of them.</summary>
    internal static bool IsThere => DataPointer != null && Parallel != null && ConvolutionBackward != null;

    /// <summary>The address of a tensor's first element.</summary>
    internal static void* Address(torch.Tensor tensor)
    {
        void* address;
        Check(DataPointer(tensor.Handle, &address), "the address of a tensor");
        GC.KeepAlive(tensor);
        return address;
    }

    /// <summary>Runs parts 0 … <paramref name="count"/> − 1 of some work on libtorch's threads.</summary>
    internal static void ParallelFor(long count, delegate* unmanaged<long, long, void*, void> work, void* context) =>
        Check(Parallel(0, count, 1, work, context), "parallel work");

    /// <summary>
    /// The gradients of a two-dimensional convolution with respect to its input (null if not
    /// <paramref name="wantsInput"/>), weight and bias (null without one); the caller disposes them.
    /// </summary>
    internal static (torch.Tensor? Input, torch.Tensor Weight, torch.Tensor? Bias) ConvolutionGradients(
        torch.Tensor gradient,
        torch.Tensor input,
        torch.Tensor weight,
        bool hasBias,
        (int Height, int Width) stride,
        (int Height, int Width) padding,
        (int Height, int Width) dilation,
        int groups,
        bool wantsInput
    )
    {
        var strides = stackalloc long[] { stride.Height, stride.Width };
        var paddings = stackalloc long[] { padding.Height, padding.Width };
        var dilations = stackalloc long[] { dilation.Height, dilation.Width };
        var outputPadding = stackalloc long[] { 0, 0 };
        var mask = stackalloc int[] { wantsInput ? 1 : 0, 1, hasBias ? 1 : 0 };
        var biasSize = weight.shape[0];
        var biasSizes = &biasSize;
        nint a = 0,
            b = 0,
            c = 0;
        Check(
            ConvolutionBackward(
                gradient.Handle,
                input.Handle,
                weight.Handle,
                hasBias ? &biasSizes : null,
                1,
                strides,
                2,
                paddings,
                2,
                dilations,
                2,
                0,
                outputPadding,
                2,
                groups,
                mask,
                3,
                &a,
                &b,
                &c
            ),
            "the gradients of a convolution"
        );
        GC.KeepAlive(gradient);
        GC.KeepAlive(input);
        GC.KeepAlive(weight);
        return (wantsInput ? Own(a) : null, Own(b), hasBias ? Own(c) : null);
    }

    private static torch.Tensor Own(nint handle) => torch.Tensor.UnsafeCreateTensor(handle);

    private static void Check(int error, string what)
    {
        if (error != 0)
            throw new LibTorchException($"libtorch could not compute {what}; if memory ran out, take a smaller batch.");
    }

    private static nint Load()
    {
        LibTorch.EnsureLoaded();
        var name =
            OperatingSystem.IsWindows() ? "torch_cpu.dll"
            : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib"
            : "libtorch_cpu.so";
        return NativeLibrary.TryLoad(NativeFiles.Find(name) ?? name, out var library) ? library : 0;
    }

    private static nint Export(string name) =>
        Library != 0 && NativeLibrary.TryGetExport(Library, name, out var address) ? address : 0;
}
