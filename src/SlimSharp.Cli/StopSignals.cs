using System.Runtime.InteropServices;

namespace SlimSharp.Cli;

/// <summary>
/// Ctrl-C and SIGTERM as a token; a second one ends the process at once. Ctrl-C reaches all processes of a terminal, so
/// that a process which ends with another leaves it to that one, which asks it to stop.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    internal StopSignals() =>
        _registrations = [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        ];

    internal CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        if (context.Signal == PosixSignal.SIGINT && Lifeline.IsHeld)
        {
            context.Cancel = true;
            return;
        }
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
