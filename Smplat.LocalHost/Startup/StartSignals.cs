using System.Runtime.InteropServices;

namespace Smplat.LocalHost.Startup;

/// <summary>Ctrl-C and SIGTERM while the app is still starting; later the host itself listens to them.</summary>
internal sealed class StartSignals : IDisposable
{
    private readonly CancellationTokenSource _stopped;
    private readonly PosixSignalRegistration[] _registrations;

    public StartSignals(CancellationToken cancellationToken)
    {
        _stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        ];
    }

    public CancellationToken Token => _stopped.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stopped.Dispose();
    }

    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _stopped.Cancel();
    }
}
