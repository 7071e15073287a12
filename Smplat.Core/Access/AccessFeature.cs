using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Access;

public static class AccessFeature
{
    /// <summary>Lockouts of sign-ins, member tokens, and the record of refused requests and of operators' changes.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services) => services
        .AddSettings<LockoutOptions>()
        .AddSettings<MemberTokenOptions>()
        .AddSettings<AccessEventOptions>()
        .AddSingleton<LockoutStore>()
        .AddSingleton<LockoutHash>()
        .AddSingleton<LockoutOperations>()
        .AddSingleton<MemberTokens>()
        .AddSingleton<AccessEventStore>()
        .AddSingleton<AccessEventLog>()
        .AddHostedService(provider => provider.GetRequiredService<AccessEventLog>())
        .AddSingleton<AccessEventQueries>()
        .AddSingleton<IExpiringRows, LockoutRetention>()
        .AddSingleton<IExpiringRows, AccessEventRetention>();
}
