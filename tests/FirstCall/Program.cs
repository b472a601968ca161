// A program whose first act is a torch call, before any type of SlimSharp is touched; with an argument, that of a user
// of the library who loads libtorch explicitly and shows why it fails.
if (args.Length > 0)
{
    try
    {
        SlimSharp.LibTorch.EnsureLoaded();
    }
    catch (SlimSharp.LibTorchException e)
    {
        System.Console.WriteLine(e.Message);
        return 1;
    }
}
using var sum = TorchSharp.torch.arange(5).sum();
System.Console.WriteLine(sum.item<long>());
return 0;
