using System.Net;
using System.Net.Sockets;

namespace Smplat.LocalHost.LocalServices.Processes;

/// <summary>
/// A loopback port that nobody listens on at this moment. Somebody may take it before it is used, so the caller tries
/// another one when its server cannot bind.
/// </summary>
public static class FreePort
{
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
