using TorchSharp;

namespace SlimSharp.Experiments;

/// <summary>Devices by name.</summary>
public static class Devices
{
    /// <summary>The device of that name: cpu, or cuda, cuda:0, …</summary>
    /// <exception cref="ExperimentException">There is none.</exception>
    public static torch.Device Get(string name)
    {
        try
        {
            var device = torch.device(name);
            return device.type == DeviceType.CPU || torch.cuda.is_available()
                ? device
                : throw new ExperimentException(
                    $"RunOptions.Device = {name}: this build of libtorch sees no such device; use cpu."
                );
        }
        catch (Exception e) when (e is not ExperimentException)
        {
            throw new ExperimentException(
                $"RunOptions.Device = {name} is no device; use cpu, or cuda, cuda:0, … where there is one."
            );
        }
    }
}
