using System.Net;
using System.Net.Sockets;
using Smplat.LocalHost.Configuration;

namespace Smplat.LocalHost.Startup;

/// <summary>
/// Looks whether the app's port is free before anything of the app starts. Kestrel would find out last of all, when jobs run
/// already, and the framework would log a stack trace.
/// </summary>
internal static class PortCheck
{
    /// <exception cref="LocalStartException">Somebody listens there.</exception>
    public static void Run(HostSettings settings)
    {
        if (settings.Port == 0)
        {
            return;
        }

        IPAddress[] addresses = settings.BindAddress is { } one ? [one] : [IPAddress.Loopback, IPAddress.IPv6Loopback];
        foreach (var address in addresses)
        {
            try
            {
                using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(address, settings.Port));
                socket.Listen();
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw Taken(settings, exception);
            }
            catch (SocketException)
            {
                // No such address here, or not for us: Kestrel knows whether that matters and says so.
            }
        }
    }

    public static LocalStartException Taken(HostSettings settings, Exception exception) =>
        new($"Port {settings.Port} is in use. Stop what listens there, or set another SMPLAT_PORT.", exception);
}
