// Storage of the Functions host and of product media: deployment packages, timer leases, tables, media. No keys, no anonymous readers; identities only.
param location string
param tags object
param suffix string
param privateNetworking bool
param frontendUrl string

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'st${take(suffix, 13)}smplat'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateNetworking ? 'Disabled' : 'Enabled'
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: storage
  name: 'default'
  properties: {
    // The console uploads product media from the browser, at addresses that the app signs.
    cors: {
      corsRules: [
        {
          allowedOrigins: [frontendUrl]
          allowedMethods: ['PUT', 'OPTIONS']
          allowedHeaders: ['content-type', 'x-ms-blob-type']
          exposedHeaders: []
          maxAgeInSeconds: 3600
        }
      ]
    }
  }
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: 'deployments'
}

resource assets 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: 'product-assets'
}

output name string = storage.name
output deploymentContainer string = packages.name
