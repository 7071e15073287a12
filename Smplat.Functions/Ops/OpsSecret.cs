using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Ops;

/// <summary>What cookies are signed with. A local run makes it for itself, and its sessions end with it.</summary>
public sealed class OpsSecret(IOptionsMonitor<OpsPageOptions> options, IOptionsMonitor<RuntimeOptions> runtime)
{
    private readonly byte[] _made = RandomNumberGenerator.GetBytes(32);

    /// <summary>Null when none is configured and none may be made.</summary>
    public byte[]? Find() =>
        options.CurrentValue.SessionSecret is { Length: > 0 } configured ? Encoding.UTF8.GetBytes(configured)
        : runtime.CurrentValue.IsLocal ? _made
        : null;

    public bool IsThere => Find() is not null;
}
