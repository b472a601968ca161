using TorchSharp;

namespace SlimSharp.Cli;

/// <summary>Devices by name.</summary>
internal static class Devices
{
    internal static torch.Device Get(string name)
    {
        try
        {
            var device = torch.device(name);
            return device.type == DeviceType.CPU || torch.cuda.is_available()
                ? device
                : throw new UsageException($"--device {name}: this build of libtorch sees no such device; use cpu.");
        }
        catch (Exception e) when (e is not UsageException)
        {
            throw new UsageException($"--device {name} is no device; use cpu, or cuda, cuda:0, … where there is one.");
        }
    }
}
